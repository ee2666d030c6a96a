// On a phone the filter folds away, so that the list is what one sees first.
import { on } from './dom'

on('click', '[data-filter-fold]', (_, button) => {
  const open = button.parentElement?.querySelector('.filter-form')?.classList.toggle('is-open') ?? false
  button.setAttribute('aria-expanded', String(open))
})
