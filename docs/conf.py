"""How Sphinx builds the documentation."""

import authflow

project = "authflow"
author = "the authflow contributors"
version = release = authflow.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"authflow {version}"

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {
    "members": True,
    "special-members": "__call__",  # the parameters of Observe
}
