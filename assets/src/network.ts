// Tells when a request takes long, and when it did not get through.
import { notice } from './dom'

const slow = 400 // ms; a shorter wait needs no word

let waiting = 0
let timer = 0

function busy(show: boolean): void {
  const sign = document.getElementById('busy')
  if (sign) sign.hidden = !show
}

document.addEventListener('htmx:before:request', event => {
  // A progress part asks every second; its bar says enough.
  if ((event.target as Element).closest?.('.progress')) return
  if (waiting++ === 0) timer = window.setTimeout(() => busy(true), slow)
})

document.addEventListener('htmx:finally:request', event => {
  if ((event.target as Element).closest?.('.progress')) return
  waiting = Math.max(0, waiting - 1)
  if (waiting === 0) {
    clearTimeout(timer)
    busy(false)
  }
})

document.addEventListener('htmx:error', event => {
  const error = (event as CustomEvent).detail?.error
  // fetch gives a TypeError when there is no connection.
  if (error instanceof TypeError) notice('网络没有接通，刚才的操作没有完成。请检查网络后重试。')
  else if (error === 'timeout' || error?.name === 'AbortError') notice('等待时间过长，刚才的操作可能没有完成。请刷新页面查看结果。')
})

/** A full page brings its own focus; a form that could not be accepted asks for it. */
document.addEventListener('DOMContentLoaded', () => {
  document.querySelector<HTMLElement>('[data-focus]')?.focus()
})
document.addEventListener('htmx:after:swap', () => {
  document.querySelector<HTMLElement>('[data-focus]')?.focus()
})
