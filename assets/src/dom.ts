// Small helpers that every behaviour uses.
import htmx from 'htmx.org'

document.documentElement.classList.add('js')

/** Listens on the document for events inside elements that match the selector. */
export function on<E extends Event>(type: string, selector: string, act: (event: E, element: HTMLElement) => void, capture = false): void {
  document.addEventListener(type, event => {
    const element = (event.target as Element | null)?.closest?.<HTMLElement>(selector)
    if (element) act(event as E, element)
  }, capture)
}

/** Calls act for each matching element, now and whenever htmx brings new ones. */
export function each(selector: string, act: (element: HTMLElement) => void): void {
  const done = new WeakSet<Element>()
  const run = (root: ParentNode) => {
    for (const element of root.querySelectorAll<HTMLElement>(selector)) {
      if (done.has(element)) continue
      done.add(element)
      act(element)
    }
  }
  htmx.onLoad((root: Element) => run(root.parentNode ?? root))
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** Shows a notice at the top of the page. */
export function notice(text: string): void {
  const place = document.getElementById('notice')
  if (!place) return
  const box = make('div', 'notice notice-danger')
  box.setAttribute('role', 'alert')
  box.append(make('p', '', text))
  place.replaceChildren(box)
  place.scrollIntoView({ block: 'nearest' })
}
