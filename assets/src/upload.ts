// Files: names and sizes are shown and checked before sending, dropping works, and sending shows how far it is.
import { make, notice, on } from './dom'

const mb = 1 << 20

function list(input: HTMLInputElement): boolean {
  const place = input.parentElement?.querySelector('[data-files]')
  const max = Number(input.dataset.maxMb) * mb
  const allowed = input.accept.split(',').map(ext => ext.trim().toLowerCase()).filter(Boolean)
  let good = true
  const items = [...(input.files ?? [])].map(file => {
    const item = make('li', '')
    item.append(make('span', '', file.name), make('span', 'hint', size(file.size)))
    const wrong = max && file.size > max ? `超过${max / mb}MB，请压缩后再选`
      : allowed.length && !allowed.some(ext => file.name.toLowerCase().endsWith(ext)) ? `不是${allowed.join('、')}文件，请换一个`
      : file.size === 0 ? '是空文件，请换一个' : ''
    if (wrong) {
      good = false
      item.append(make('span', 'is-bad', wrong))
    }
    return item
  })
  place?.replaceChildren(...items)
  return good
}

const size = (n: number) => n < mb ? `${Math.ceil(n / 1024)} KB` : `${(n / mb).toFixed(1)} MB`

on('change', '.input-file', (_, input) => { list(input as HTMLInputElement) })

for (const type of ['dragover', 'dragleave', 'drop']) {
  on<DragEvent>(type, '[data-drop]', (event, zone) => {
    zone.classList.toggle('is-over', type === 'dragover')
    event.preventDefault()
    const input = zone.querySelector<HTMLInputElement>('.input-file')
    if (type !== 'drop' || !input || !event.dataTransfer?.files.length) return
    input.files = event.dataTransfer.files
    list(input)
  })
}

// fetch cannot tell how much was sent, XMLHttpRequest can.
document.addEventListener('submit', event => {
  const form = event.target as HTMLFormElement
  if (form.dataset.upload === undefined || event.defaultPrevented) return
  const inputs = [...form.querySelectorAll<HTMLInputElement>('.input-file')]
  if (!inputs.every(list)) {
    event.preventDefault()
    event.stopImmediatePropagation()
    inputs[0].focus()
    return
  }
  if (!inputs.some(input => input.files?.length)) return
  event.preventDefault()
  send(form, (event as SubmitEvent).submitter as HTMLButtonElement | null)
}, true)

function send(form: HTMLFormElement, button: HTMLButtonElement | null): void {
  if (form.dataset.sent) return
  form.dataset.sent = '1'
  form.removeAttribute('data-guard') // what was typed is on its way
  const body = new FormData(form)
  if (button?.name) body.append(button.name, button.value)
  const bar = form.querySelector('.upload-progress') as HTMLElement ?? make('div', 'upload-progress')
  const meter = document.createElement('progress')
  const label = make('p', 'hint', '正在上传…')
  label.setAttribute('role', 'status')
  meter.max = 100
  meter.value = 0
  meter.setAttribute('aria-label', '上传进度')
  bar.replaceChildren(meter, label)
  form.querySelector('.form-actions')?.before(bar)
  const request = new XMLHttpRequest()
  request.open('POST', button?.formAction && button.hasAttribute('formaction') ? button.formAction : form.action)
  request.setRequestHeader('X-Upload', 'true')
  request.upload.onprogress = ({ loaded, total }) => {
    meter.value = loaded / total * 100
    label.textContent = loaded < total ? `已上传 ${size(loaded)} / ${size(total)}` : '已上传，正在处理…'
  }
  request.onload = () => finish(request)
  request.onerror = () => {
    delete form.dataset.sent
    bar.remove()
    notice('上传没有完成：网络中断。已填写的内容还在，请检查网络后重新提交。')
  }
  request.send(body)
}

// Goes where the answer leads; anything else is the page to show.
function finish(request: XMLHttpRequest): void {
  const to = request.getResponseHeader('HX-Redirect')
  if (to) {
    const { pathname, search } = new URL(to, location.href)
    if (pathname + search !== location.pathname + location.search) {
      location.href = to
      return
    }
    history.replaceState(null, '', to) // the same page at another place would not load again by itself
    location.reload()
    return
  }
  const page = new DOMParser().parseFromString(request.responseText, 'text/html')
  const main = page.querySelector('main')
  if (!main) {
    location.href = request.responseURL || location.href
    return
  }
  document.title = page.title
  document.querySelector('main')?.replaceWith(document.adoptNode(main))
  document.querySelector<HTMLElement>('[data-focus], main')?.focus()
}
