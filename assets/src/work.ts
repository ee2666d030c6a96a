// While more reports come than people send, the page asks the browser for a
// small task: a number with which SHA-256 of ticket, colon and number begins
// with some zero bits. Without this script the person waits for his turn.

const K = new Uint32Array(64)
const START = new Uint32Array(8)

function prepare(): void {
  let found = 0
  for (let n = 2; found < 64; n++) {
    let prime = true
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false
    if (!prime) continue
    const fraction = (x: number): number => ((x - Math.floor(x)) * 0x100000000) >>> 0
    if (found < 8) START[found] = fraction(Math.sqrt(n))
    K[found++] = fraction(Math.cbrt(n))
  }
}

const W = new Uint32Array(64)

/** The first 32 bits of SHA-256 of ASCII text. */
export function head(text: string): number {
  if (K[0] === 0) prepare()
  const length = text.length
  const blocks = (length + 9 + 63) >> 6
  const h = START.slice()
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < 16; i++) {
      let word = 0
      for (let j = 0; j < 4; j++) {
        const at = block * 64 + i * 4 + j
        const byte = at < length ? text.charCodeAt(at) : at === length ? 0x80 : 0
        word = (word << 8) | byte
      }
      W[i] = word
    }
    if (block === blocks - 1) W[15] = length * 8
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15], b = W[i - 2]
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10)
      W[i] = W[i - 16] + s0 + W[i - 7] + s1
    }
    let [a, b, c, d, e, f, g, k] = h
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k
  }
  return h[0]
}

/** Looks for the number in small pieces, so that the page stays alive. */
export function solve(ticket: string, bits: number, done: (work: string) => void): void {
  let n = 0
  const piece = (): void => {
    const end = Date.now() + 40
    do {
      for (let i = 0; i < 200; i++, n++) {
        if (Math.clz32(head(ticket + ':' + n)) >= bits) {
          done(String(n))
          return
        }
      }
    } while (Date.now() < end)
    setTimeout(piece, 0)
  }
  piece()
}

const box = document.querySelector<HTMLElement>('[data-work]')
const form = document.querySelector<HTMLFormElement>('main form')
if (box && form) {
  const [wait, work] = Array.from(box.querySelectorAll<HTMLElement>('.lead'))
  wait.hidden = true
  work.hidden = false
  solve(box.dataset.work || '', Number(box.dataset.bits), found => {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = 'work'
    field.value = found
    form.appendChild(field)
    form.submit()
  })
}
