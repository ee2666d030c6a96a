// A long select becomes a box in which one types: the label, its alias, or pinyin initials.
import { each, make } from './dom'

interface Choice { value: string, label: string, group: string, find: string }

let serial = 0

function choices(select: HTMLSelectElement): Choice[] {
  return [...select.options].map(option => ({
    value: option.value,
    label: option.text,
    group: option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : '',
    find: `${option.text} ${option.dataset.keys ?? ''}`.toLowerCase(),
  }))
}

class Combo {
  private readonly all: Choice[]
  private shown: Choice[] = []
  private at = -1
  private readonly box = make('div', 'combo')
  private readonly input: HTMLInputElement
  private readonly list = make('ul', 'combo-list')

  constructor(private readonly select: HTMLSelectElement) {
    this.all = choices(select)
    this.input = this.makeInput()
    this.list.id = `combo-${++serial}`
    this.list.hidden = true
    this.list.setAttribute('role', 'listbox')
    this.input.setAttribute('aria-controls', this.list.id)
    select.before(this.box)
    this.box.append(this.input, this.list, select)
    select.hidden = true
    this.listen()
  }

  // The input takes over the select's place for labels and descriptions.
  private makeInput(): HTMLInputElement {
    const { select } = this
    const input = make('input', select.className)
    input.type = 'text'
    input.id = select.id
    select.id += '-select'
    input.value = select.value ? select.selectedOptions[0]?.text ?? '' : ''
    input.placeholder = select.options[0]?.value === '' ? select.options[0].text : ''
    input.autocomplete = 'off'
    for (const [name, value] of [['role', 'combobox'], ['aria-autocomplete', 'list'], ['aria-expanded', 'false']]) input.setAttribute(name, value)
    for (const name of ['aria-describedby', 'aria-invalid']) {
      const value = select.getAttribute(name)
      if (value) input.setAttribute(name, value)
    }
    return input
  }

  private listen(): void {
    this.input.addEventListener('focus', () => this.input.select())
    this.input.addEventListener('click', () => this.open(''))
    this.input.addEventListener('input', () => this.open(this.input.value))
    this.input.addEventListener('change', event => event.stopPropagation())
    this.input.addEventListener('keydown', event => this.key(event))
    this.input.addEventListener('blur', () => this.settle())
    // Before blur, so that the choice is not lost.
    this.list.addEventListener('mousedown', event => {
      event.preventDefault()
      const item = (event.target as Element).closest<HTMLElement>('[data-index]')
      if (item) this.choose(this.shown[Number(item.dataset.index)])
    })
  }

  private open(typed: string): void {
    const words = typed.trim().toLowerCase()
    this.shown = this.all.filter(choice => choice.find.includes(words))
    this.at = words && this.shown.length ? 0 : this.shown.findIndex(choice => choice.value === this.select.value)
    const items: HTMLElement[] = []
    let group = ''
    this.shown.forEach((choice, index) => {
      if (choice.group !== group) {
        group = choice.group
        const head = make('li', 'combo-group', group)
        head.setAttribute('role', 'presentation')
        items.push(head)
      }
      items.push(this.item(choice, index))
    })
    if (!items.length) items.push(make('li', 'combo-none', '没有符合的选项，请换个词'))
    this.list.replaceChildren(...items)
    this.list.hidden = false
    this.input.setAttribute('aria-expanded', 'true')
    this.point()
  }

  private item(choice: Choice, index: number): HTMLElement {
    const item = make('li', '', choice.label)
    item.id = `${this.list.id}-${index}`
    item.dataset.index = String(index)
    item.setAttribute('role', 'option')
    return item
  }

  private point(): void {
    for (const item of this.list.querySelectorAll<HTMLElement>('[data-index]')) {
      const here = Number(item.dataset.index) === this.at
      item.setAttribute('aria-selected', String(here))
      if (here) item.scrollIntoView({ block: 'nearest' })
    }
    if (this.at < 0) this.input.removeAttribute('aria-activedescendant')
    else this.input.setAttribute('aria-activedescendant', `${this.list.id}-${this.at}`)
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (this.list.hidden) this.open('')
      const step = event.key === 'ArrowDown' ? 1 : -1
      this.at = Math.max(0, Math.min(this.shown.length - 1, this.at + step))
      this.point()
    } else if (event.key === 'Enter' && !this.list.hidden) {
      event.preventDefault()
      if (this.shown[this.at]) this.choose(this.shown[this.at])
    } else if (event.key === 'Escape' && !this.list.hidden) {
      event.stopPropagation()
      this.close()
    }
  }

  private choose(choice: Choice): void {
    this.select.value = choice.value
    this.input.value = choice.value ? choice.label : ''
    this.close()
    this.select.dispatchEvent(new Event('change', { bubbles: true }))
  }

  // What was typed but not chosen counts only if it is exactly one choice, or nothing.
  private settle(): void {
    if (this.list.hidden) return
    const typed = this.input.value.trim()
    const exact = this.all.find(choice => choice.label === typed)
    const blank = this.all.find(choice => choice.value === '')
    if (exact && exact.value !== this.select.value) this.choose(exact)
    else if (!typed && blank && this.select.value) this.choose(blank)
    this.input.value = this.select.value ? this.select.selectedOptions[0]?.text ?? '' : ''
    this.close()
  }

  private close(): void {
    this.list.hidden = true
    this.input.setAttribute('aria-expanded', 'false')
    this.input.removeAttribute('aria-activedescendant')
  }
}

each('select[data-pick]', select => { new Combo(select as HTMLSelectElement) })

// Many checkboxes get a box to find them and a count of those chosen.
each('[data-pickmany]', field => {
  const find = make('input', 'pickmany-find')
  const count = make('p', 'pickmany-count')
  find.type = 'search'
  find.placeholder = '输入名称或拼音首字母查找'
  find.setAttribute('aria-label', '查找选项')
  count.setAttribute('role', 'status')
  field.prepend(find)
  field.append(count)
  const tally = () => { count.textContent = `已选${field.querySelectorAll('input:checked').length}个` }
  find.addEventListener('input', event => {
    event.stopPropagation()
    const words = find.value.trim().toLowerCase()
    for (const choice of field.querySelectorAll<HTMLElement>('.choice')) {
      const text = `${choice.textContent} ${choice.dataset.keys ?? ''}`.toLowerCase()
      choice.hidden = !text.includes(words)
    }
  })
  find.addEventListener('change', event => event.stopPropagation())
  find.addEventListener('keydown', event => { if (event.key === 'Enter') event.preventDefault() })
  field.addEventListener('change', tally)
  tally()
})
