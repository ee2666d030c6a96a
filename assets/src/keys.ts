// Moving through a list with the arrow keys, once the focus is in it.
const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

document.addEventListener('keydown', event => {
  const by = step[event.key]
  const target = event.target as HTMLElement
  if (!by || event.altKey || event.ctrlKey || event.metaKey || !target.closest) return
  // From the box of a search down into what was found.
  if (by > 0 && target.matches('[data-found]')) {
    document.querySelector<HTMLElement>('.found a')?.focus()
    return
  }
  const row = target.closest('.table tbody tr, .task, .found li')
  // A select or a text field needs the arrows for itself.
  if (!row || target.matches('select, textarea, input:not([type=checkbox])')) return
  const rows = [...document.querySelectorAll('.table tbody tr:not(.group), .task, .found li')]
  const next = rows[rows.indexOf(row) + by]
  const same = target.matches('[data-batch-one]') ? '[data-batch-one]' : 'a'
  const to = next?.querySelector<HTMLElement>(same)
  if (!to) return
  event.preventDefault()
  to.focus()
})
