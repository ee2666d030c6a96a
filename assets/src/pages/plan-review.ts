// The review screen: keys, the text and the tasks scroll to each other, and a
// selected part of the text becomes a task. Every act also has its button.

// Not that of ../dom, which would bring htmx a second time.
function on<E extends Event>(type: string, selector: string, act: (event: E, element: HTMLElement) => void, capture = false): void {
  document.addEventListener(type, event => {
    const element = (event.target as Element | null)?.closest?.<HTMLElement>(selector)
    if (element) act(event as E, element)
  }, capture)
}

const root = document.getElementById('review')
const cards = () => [...document.querySelectorAll<HTMLElement>('.task-card')]
const scroller = () => document.querySelector<HTMLElement>('[data-review-text]')
let here = ''

function current(): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-card="${here}"]`)
}

/** Marks a task in both panes, and brings it into sight in one or both. */
function mark(id: string, bring: { text?: boolean, card?: boolean, focus?: boolean } = {}): void {
  here = id
  document.querySelectorAll('.is-here').forEach(e => e.classList.remove('is-here'))
  document.querySelectorAll(`.doc-in[data-t="${id}"]`).forEach(e => e.classList.add('is-here'))
  const card = current()
  card?.classList.add('is-here')
  if (bring.text) showInText(id)
  if (bring.card) card?.scrollIntoView({ block: 'nearest' })
  if (bring.focus) card?.focus({ preventScroll: true })
}

// Only the inner pane moves; scrollIntoView would move the page, too.
function showInText(id: string): void {
  const pane = scroller()
  const spot = document.querySelector<HTMLElement>(`.doc-in[data-t="${id}"]`)
  if (!pane || !spot) return
  pane.scrollTop += spot.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 4
}

function step(by: number, only?: string): void {
  const list = cards()
  const at = list.findIndex(c => c.dataset.card === here)
  for (let i = at + by; i >= 0 && i < list.length; i += by) {
    const card = list[i]
    if (only && !card.matches(only)) continue
    mark(card.dataset.card ?? '', { text: true, card: true, focus: true })
    return
  }
}

/** Presses the button of a key: on the present card, or in the bar. */
function press(key: string): void {
  const place = key === 'u' || key === 'r' ? document.getElementById('review-bar') : current()
  const act = place?.querySelector<HTMLElement>(`[data-key="${key}"]`)
  if (act instanceof HTMLFormElement) act.querySelector<HTMLButtonElement>('button:not([disabled])')?.click()
  else act?.click()
}

function help(): void {
  const box = document.querySelector<HTMLDialogElement>('[data-review-keys]')
  if (box?.showModal && !box.open) box.showModal()
}

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && (target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]') || target.closest('dialog[open]') !== null)
}

document.addEventListener('keydown', event => {
  if (!root || event.altKey || event.ctrlKey || event.metaKey) return
  if (event.key === 'Escape') {
    document.querySelector<HTMLElement>('[data-cancel-edit]')?.click()
    return
  }
  if (typing(event.target)) return
  const key = event.key.toLowerCase()
  if (key === 'j') step(1)
  else if (key === 'k') step(-1)
  else if (key === 'n') step(1, '.has-questions')
  else if (key === '?' || key === '？') help()
  else if ('aesmdur'.includes(key)) press(key)
  else return
  event.preventDefault()
})

on('click', '[data-review-help]', help)

on<MouseEvent>('click', '.doc-in', (_, span) => {
  if (!getSelection()?.isCollapsed) return
  mark(span.dataset.t ?? '', { card: true })
  current()?.scrollIntoView({ block: 'center' })
})

on<MouseEvent>('click', '.doc-no', (event, link) => {
  const id = (link as HTMLAnchorElement).hash.replace('#task-', '')
  if (!document.querySelector(`[data-card="${id}"]`)) return
  event.preventDefault()
  mark(id, { focus: true })
  current()?.scrollIntoView({ block: 'center' })
})

on<FocusEvent>('focusin', '.task-card', (_, card) => {
  if (card.dataset.card !== here) mark(card.dataset.card ?? '', { text: true })
})

on<MouseEvent>('click', '.task-card', (event, card) => {
  if ((event.target as Element).closest('a, button, input, select, textarea, label')) return
  mark(card.dataset.card ?? '', { text: true })
})

// A form that was open in a card goes back to the card without asking the server.
let before: { card: HTMLElement, html: string } | null = null

on<MouseEvent>('click', '[data-key="e"]', (_, link) => {
  const card = link.closest<HTMLElement>('.task-card')
  if (card) before = { card, html: card.innerHTML }
}, true)

on<MouseEvent>('click', '[data-cancel-edit]', (event, link) => {
  const card = link.closest<HTMLElement>('.task-card')
  if (!before || before.card !== card) return
  event.preventDefault()
  location.hash = card.id
  location.reload()
})

// The place in the plan's text, in code points, of a place in the page.
function offset(node: Node, at: number): number | null {
  const paragraph = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>('.review-doc p')
  if (!paragraph) return null
  const range = document.createRange()
  range.setStart(paragraph, 0)
  range.setEnd(node, at)
  const part = range.cloneContents()
  part.querySelectorAll('.doc-no').forEach(e => e.remove())
  return Number(paragraph.dataset.at) + [...(part.textContent ?? '')].length
}

let offer: HTMLButtonElement | null = null

function drop(): void {
  offer?.remove()
  offer = null
}

function selected(): { start: number, end: number, box: DOMRect } | null {
  const selection = getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  if (!document.getElementById('review-doc')?.contains(range.commonAncestorContainer)) return null
  const start = offset(range.startContainer, range.startOffset)
  const end = offset(range.endContainer, range.endOffset)
  if (start === null || end === null || end - start < 4) return null
  return { start, end, box: range.getBoundingClientRect() }
}

document.addEventListener('selectionchange', () => {
  const found = selected()
  drop()
  const form = document.querySelector<HTMLFormElement>('[data-review-add]')
  if (!found || !form) return
  offer = document.createElement('button')
  offer.type = 'button'
  offer.className = 'btn btn-primary btn-small review-add'
  offer.textContent = '把选中的文字新增为任务'
  // Always in sight, whatever of a long selection is scrolled away.
  offer.style.left = `${Math.min(Math.max(found.box.left, 8), innerWidth - 240)}px`
  offer.style.top = `${Math.min(Math.max(found.box.bottom + 6, 64), innerHeight - 56)}px`
  offer.addEventListener('mousedown', event => event.preventDefault())
  offer.addEventListener('click', () => {
    const fields = form.elements as unknown as Record<string, HTMLInputElement>
    fields.start.value = String(found.start)
    fields.end.value = String(found.end)
    form.requestSubmit()
  })
  document.body.append(offer)
})

// Of the inputs of a time only those are shown which its way needs.
const needs: Record<string, string> = { date: 'd', yearly: 'd', 'monthly-day': 'n', week: 'n', month: 'n', '2month': 'n', quarter: 'n', halfyear: 'n', term: 'n', year: 'n', months: 'n', workdays: 'n' }
const hints: Record<string, string> = { 'monthly-day': '几日', months: '如 8、12', workdays: '几个工作日' }

function fit(select: HTMLSelectElement): void {
  const row = select.parentElement
  const date = row?.querySelector<HTMLInputElement>('[data-way-date]')
  const n = row?.querySelector<HTMLInputElement>('[data-way-n]')
  if (date) date.hidden = needs[select.value] !== 'd'
  if (n) {
    n.hidden = needs[select.value] !== 'n'
    n.placeholder = hints[select.value] ?? '至少几次'
  }
}

on('change', '[data-way]', (_, select) => fit(select as HTMLSelectElement))

function settle(): void {
  document.querySelectorAll<HTMLSelectElement>('[data-way]').forEach(fit)
  if (!root) return
  const anchor = location.hash.replace('#task-', '')
  const first = document.querySelector<HTMLElement>(`[data-card="${anchor}"]`) ?? cards()[0]
  const id = current() ? here : first?.dataset.card ?? ''
  // What had the focus was taken out by an answer: it stays on the task.
  const lost = within && (document.activeElement ?? document.body) === document.body && !document.querySelector('dialog[open]')
  mark(id, { text: !here, focus: lost })
}

let within = false
document.addEventListener('focusin', event => { within = !!root?.contains(event.target as Node) })

settle()
new MutationObserver(settle).observe(document.getElementById('main') ?? document.body, { childList: true, subtree: true })
