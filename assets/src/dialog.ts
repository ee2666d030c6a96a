// A link with data-dialog shows the main part of its page in the dialog.
// Where the browser has none, the link opens the page.
import htmx from 'htmx.org'
import { notice, on } from './dom'

const dialog = () => document.getElementById('dialog') as HTMLDialogElement | null
let opener: HTMLElement | null = null

on<MouseEvent>('click', 'a[data-dialog]', (event, link) => {
  const box = dialog()
  if (!box?.showModal || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  opener = link
  void open(box, (link as HTMLAnchorElement).href)
})

async function open(box: HTMLDialogElement, url: string): Promise<void> {
  try {
    const answer = await fetch(url, { headers: { 'HX-Request': 'true', 'HX-Target': 'dialog' }, credentials: 'same-origin' })
    const to = answer.headers.get('HX-Redirect')
    if (to) {
      location.href = to
      return
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (!answer.ok) {
      notice(page.body.textContent?.trim() || '没有打开。请刷新页面后重试。')
      return
    }
    show(box, page.querySelector('main') ?? page.body)
  } catch {
    notice('网络没有接通。请检查网络后重试。')
  }
}

function show(box: HTMLDialogElement, content: Element): void {
  const body = document.createElement('div')
  const title = content.querySelector('h1, h2')
  if (title) {
    title.id = 'dialog-title'
    body.append(title)
  }
  content.querySelectorAll('.crumbs, .tabs, .head, #notice').forEach(part => part.remove())
  body.append(...content.childNodes)
  box.replaceChildren(body)
  htmx.process(box)
  if (!box.open) box.showModal()
  box.querySelector<HTMLElement>('[autofocus], input:not([type=hidden]), textarea, select, button')?.focus()
}

on<MouseEvent>('click', '#dialog [data-cancel]', event => {
  event.preventDefault()
  dialog()?.close()
})

document.addEventListener('close', event => {
  if (event.target !== dialog()) return
  dialog()?.replaceChildren()
  opener?.focus()
}, true)
