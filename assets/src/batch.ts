// Selecting rows: one, all of the page, a range with Shift, at most as many as the server takes.
import { on } from './dom'

let last: HTMLInputElement | null = null

const boxes = (form: Element) => [...form.querySelectorAll<HTMLInputElement>('[data-batch-one]')]

function mark(form: HTMLElement): void {
  const all = boxes(form)
  const picked = all.filter(box => box.checked)
  const max = Number(form.dataset.batchMax)
  const over = picked.length > max
  for (const box of all) box.closest('tr, .task')?.classList.toggle('is-picked', box.checked)
  const head = form.querySelector<HTMLInputElement>('[data-batch-all]')
  if (head) {
    head.checked = picked.length > 0 && picked.length === all.length
    head.indeterminate = picked.length > 0 && !head.checked
  }
  form.querySelector('[data-batch-bar]')?.classList.toggle('is-open', picked.length > 0)
  const count = form.querySelector('[data-batch-count]')
  const noun = form.dataset.batchNoun ?? ''
  if (count) count.textContent = over ? `已选${picked.length}${noun}，一次最多${max}${noun}` : `已选${picked.length}${noun}`
  for (const button of form.querySelectorAll<HTMLButtonElement>('[data-batch-bar] button')) button.disabled = over || picked.length === 0
}

function range(form: Element, to: HTMLInputElement): void {
  const all = boxes(form)
  const [from, until] = [all.indexOf(last!), all.indexOf(to)].sort((a, b) => a - b)
  if (from < 0) return
  for (const box of all.slice(from, until + 1)) box.checked = to.checked
}

on<MouseEvent>('click', '[data-batch-one]', (event, element) => {
  const box = element as HTMLInputElement
  const form = box.closest<HTMLElement>('[data-batch]')
  if (!form) return
  if (event.shiftKey && last) range(form, box)
  last = box
  mark(form)
})

on('change', '[data-batch-all]', (_, element) => {
  const form = element.closest<HTMLElement>('[data-batch]')
  if (!form) return
  for (const box of boxes(form)) box.checked = (element as HTMLInputElement).checked
  mark(form)
})

// Coming back with the browser's button restores checkmarks without an event.
window.addEventListener('pageshow', () => document.querySelectorAll<HTMLElement>('[data-batch]').forEach(mark))
