import './work'

// The pages of the public work without this; with it leaving is quicker: one
// tap or Shift three times blanks the page and leaves no entry in the history.
const exit = document.querySelector<HTMLAnchorElement>('[data-exit]')

function leave(to: string): void {
  document.body.className = 'gone'
  document.title = '天气'
  window.location.replace(to)
}

if (exit) {
  exit.addEventListener('click', event => {
    event.preventDefault()
    leave(exit.href)
  })
  let presses: number[] = []
  document.addEventListener('keyup', event => {
    if (event.key !== 'Shift') {
      presses = []
      return
    }
    presses = presses.filter(at => event.timeStamp - at < 1500)
    presses.push(event.timeStamp)
    if (presses.length >= 3) leave(exit.href)
  })
}

// A report is sent once, however often the button is pressed.
for (const form of Array.from(document.querySelectorAll('form'))) {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = '1'
  })
  window.addEventListener('pageshow', () => { delete form.dataset.sent })
}

const first = document.querySelector<HTMLElement>('[data-focus]')
if (first) first.focus()
