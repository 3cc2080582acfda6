// Elements. Texts become text nodes, so that no name can be markup.

export const find = (id) => document.getElementById(id);

/** Returns an element. Children are elements or texts; null ones are left out. */
export function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Shows items in a list. What did not change keeps its element, and with it focus and selection. */
export function showList(list, items, makeItem) {
  const old = new Map([...list.children].map((child) => [child.dataset.item, child]));
  const seen = new Map(); // how often each item has occurred: two may be alike
  const wanted = items.map((item) => {
    const text = JSON.stringify(item);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    const name = `${seen.get(text)} ${text}`;
    const child = old.get(name) ?? makeItem(item);
    old.delete(name);
    child.dataset.item = name;
    return child;
  });
  old.forEach((child) => child.remove());
  for (const [at, child] of wanted.entries()) {
    if (list.children[at] !== child) list.insertBefore(child, list.children[at] ?? null);
  }
}

export const chip = (text, kind = "") => make("span", { className: `chip ${kind}` }, text);

/** Returns a button that copies a text. */
export function copyButton(text, label = "Copy") {
  const button = make("button", { className: "copy", type: "button", title: `Copy ${text}` }, label);
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text)) ? "Copied" : "Select and copy";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // only with HTTPS or on this machine
    return true;
  } catch {
    return false;
  }
}
