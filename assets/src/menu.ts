// Menus close when one looks elsewhere; the navigation folds out on small screens.
import { on } from './dom'

function close(except?: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    if (menu !== except) menu.open = false
  }
}

document.addEventListener('click', event => close((event.target as Element).closest('details.menu')))
document.addEventListener('focusin', event => close((event.target as Element).closest('details.menu')))
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return
  const menu = document.querySelector<HTMLDetailsElement>('details.menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary')?.focus()
})

on<MouseEvent>('click', '.topbar-menu', (event, button) => {
  const nav = document.getElementById('nav')
  if (!nav) return
  event.preventDefault()
  const open = nav.classList.toggle('is-open')
  button.setAttribute('aria-expanded', String(open))
  if (open) nav.querySelector('a')?.focus()
})

on('click', '[data-print]', () => window.print())
