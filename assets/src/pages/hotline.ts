// The desk of the hotline: what is typed is kept every two seconds, who is
// known shows beside the form, and Ctrl+Enter registers.
const form = document.querySelector<HTMLFormElement>('#hotline')
const known = document.querySelector<HTMLElement>('#known')
const said = document.querySelector<HTMLElement>('#draft-state')

function body(): URLSearchParams {
  const out = new URLSearchParams()
  if (form) for (const [name, value] of Array.from(new FormData(form).entries())) if (typeof value === 'string') out.append(name, value)
  return out
}

if (form && known && said) {
  const stateLine = said
  const knownBox = known
  let kept = body().toString()
  let sending = false
  window.setInterval(() => {
    const now = body().toString()
    if (sending || now === kept) return
    sending = true
    fetch('/intake/draft', { method: 'POST', body: new URLSearchParams(now), credentials: 'same-origin' })
      .then(answer => {
        if (!answer.ok) throw new Error()
        kept = now
        stateLine.textContent = '已自动保存'
      })
      .catch(() => { stateLine.textContent = '没有连上服务器，内容还没有保存；恢复后会自动保存。' })
      .then(() => { sending = false })
  }, 2000)

  let asked = ''
  let timer = 0
  form.addEventListener('input', event => {
    const name = (event.target as HTMLInputElement).name
    if (name !== 'phone' && name !== 'child') return
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      const fields = new FormData(form)
      const question = new URLSearchParams({ phone: String(fields.get('phone') ?? ''), child: String(fields.get('child') ?? '') })
      if (question.toString() === asked) return
      asked = question.toString()
      fetch('/intake/known', { method: 'POST', body: question, credentials: 'same-origin' })
        .then(answer => answer.ok ? answer.text() : '')
        .then(text => { if (question.toString() === asked) knownBox.innerHTML = text })
        .catch(() => { knownBox.textContent = '' })
    }, 250)
  })

  form.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.ctrlKey) form.requestSubmit()
  })
}
