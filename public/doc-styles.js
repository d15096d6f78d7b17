// Room: docs. Lets RapiDoc style itself under the policy of /doc. It writes its styles into markup, which the policy refuses;
// the same styles set by a script of this origin are allowed. This file runs before RapiDoc.
const markup = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML')
const { setAttribute, attachShadow } = Element.prototype
const { importNode } = Document.prototype

Element.prototype.setAttribute = function (name, value) {
  if (name === 'style') this.style.cssText = value
  else setAttribute.call(this, name, value)
}

// A style attribute of a template waits under another name, and a style element becomes a title: Lit reads both as raw text,
// and neither is shown.
Object.defineProperty(HTMLTemplateElement.prototype, 'innerHTML', {
  ...markup,
  set(html) {
    markup.set.call(
      this,
      String(html)
        .replace(/ style\s*=\s*("[^"]*"|'[^']*')/g, ' data-style=$1')
        .replace(/<(\/?)style>/g, '<$1title>'),
    )
  },
})

Document.prototype.importNode = function (...args) {
  const copy = importNode.apply(this, args)
  for (const element of copy.querySelectorAll?.('[data-style]') ?? []) element.style.cssText = element.dataset.style
  return copy
}

Element.prototype.attachShadow = function (init) {
  const shadow = attachShadow.call(this, init)
  const sheets = new Map()
  new MutationObserver(() => {
    for (const element of shadow.querySelectorAll('title')) {
      const known = sheets.get(element) ?? { sheet: new CSSStyleSheet() }
      if (!sheets.has(element)) shadow.adoptedStyleSheets.push(known.sheet)
      if (known.text !== element.textContent) known.sheet.replaceSync(element.textContent)
      sheets.set(element, { ...known, text: element.textContent })
    }
  }).observe(shadow, { childList: true, subtree: true, characterData: true })
  return shadow
}
