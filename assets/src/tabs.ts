// On a phone the tabs run sideways: the one at hand is brought into sight.
import { each } from './dom'

each('.tabs [aria-current]', here => {
  const bar = here.closest('ul')
  if (bar) bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2
})
