// Keeps the 待办 badge true while a page stays open, whoever changed the duties.
import { make } from './dom'

const inbox = document.querySelector<HTMLAnchorElement>('.topbar-inbox')

function show(open: number, overdue: number): void {
  if (!inbox) return
  inbox.querySelectorAll('.badge, .visually-hidden').forEach(e => e.remove())
  if (open > 0) inbox.append(make('b', overdue > 0 ? 'badge badge-late' : 'badge', String(open)))
  if (overdue > 0) inbox.append(make('span', 'visually-hidden', `项，其中超期${overdue}项`))
}

/** On the inbox itself a line offers the new state; it never moves under the reader's hand. */
function offer(): void {
  const list = document.getElementById('tasks')
  const place = document.getElementById('notice')
  if (!list || !place || place.querySelector('.notice-fresh')) return
  const box = make('div', 'notice notice-info notice-fresh')
  const again = make('a', '', '刷新')
  again.href = location.href
  const words = make('p', '', '待办有更新，')
  words.append(again, '查看。')
  box.append(words)
  place.append(box)
}

let live: EventSource | null = null
let known = ''

function listen(): void {
  if (live) return
  live = new EventSource('/duties/live')
  live.addEventListener('duty', event => {
    const { data } = event as MessageEvent<string>
    const [open, overdue] = data.split(' ').map(Number)
    show(open, overdue)
    if (known && known !== data) offer()
    known = data
  })
}

function stop(): void {
  live?.close()
  live = null
}

// A browser keeps six connections to one server: only the tab in sight may hold one.
function follow(): void {
  if (document.visibilityState === 'visible') listen()
  else stop()
}

if (inbox && 'EventSource' in window) {
  follow()
  document.addEventListener('visibilitychange', follow)
  addEventListener('pagehide', stop)
}
