// Forms: counting characters, sending once, asking before input is lost.
import { each, on } from './dom'

function count(area: HTMLTextAreaElement): void {
  const max = Number(area.dataset.max)
  const place = document.getElementById(area.id + '-count')
  if (!place || !max) return
  const left = max - [...area.value].length
  place.textContent = left >= 0 ? `还可以输入${left}字` : `超出${-left}字，请删减`
  place.classList.toggle('is-over', left < 0)
}

each('textarea[data-max]', area => count(area as HTMLTextAreaElement))
on('input', 'textarea[data-max]', (_, area) => count(area as HTMLTextAreaElement))

const changed = new WeakSet<Element>()
on('input', 'form[data-guard]', (_, form) => changed.add(form))

window.addEventListener('beforeunload', event => {
  const open = [...document.querySelectorAll('form[data-guard]')].some(form => changed.has(form))
  if (!open) return
  event.preventDefault()
  event.returnValue = ''
})

// A second press while the first is on its way does nothing.
document.addEventListener('submit', event => {
  const form = event.target as HTMLFormElement
  if (event.defaultPrevented) return // htmx or the upload sends it
  changed.delete(form)
  if (form.method !== 'post') return
  if (form.dataset.sent) {
    event.preventDefault()
    return
  }
  form.dataset.sent = '1'
  const button = (event as SubmitEvent).submitter ?? form.querySelector('button')
  button?.classList.add('is-working')
  button?.setAttribute('aria-disabled', 'true')
})

// The page may come back from the browser's memory.
window.addEventListener('pageshow', event => {
  if (!event.persisted) return
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sent]')) delete form.dataset.sent
  for (const button of document.querySelectorAll('.is-working')) {
    button.classList.remove('is-working')
    button.removeAttribute('aria-disabled')
  }
})
