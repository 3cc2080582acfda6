"""How Sphinx builds the documentation."""

import authflow

project = "authflow"
author = "the authflow contributors"
version = release = authflow.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxcontrib.mermaid",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"authflow {version}"

myst_fence_as_directive = ["mermaid"]  # a plain fence, so that code hosts draw it too
myst_heading_anchors = 3
mermaid_output_format = "raw"  # the browser draws: no Node.js to build, and without a network the source is shown

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "special-members": "__call__",  # what Observe is told
}
