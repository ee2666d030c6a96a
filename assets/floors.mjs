// What the oldest promised browsers do not know: Chromium 88 for the desk, 78
// for public pages and phones. esbuild lowers syntax to the floor; features
// of CSS and functions of the browser it leaves as they are.

// [since which Chromium, what, in the text]
const css = [
  [123, 'light-dark()', /light-dark\(/], [120, 'nesting', /[{};]&/], [117, 'subgrid', /:\s*subgrid/], [119, ':user-valid', /:user-(in)?valid/],
  [111, 'color-mix()', /color-mix\(/], [111, 'oklch()', /ok(lch|lab)\(/], [111, 'lab()', /[ :,](lch|lab)\(/], [108, 'dvh', /\d[dsl]v[hw]\b/], [105, ':has()', /:has\(/],
  [105, '@container', /@container/], [105, ':modal', /:modal/], [104, 'range in a media query', /@media[^{]*[<>]=/], [104, 'translate as a property', /[;{](translate|rotate|scale):/],
  [99, '@layer', /@layer/], [90, 'overflow: clip', /overflow(-[xy])?:\s*clip/], [88, 'aspect-ratio', /[;{]aspect-ratio:/], [88, ':is()', /:(is|where)\(/],
  [87, 'inset', /[;{]inset(-[a-z]+)*:/], [86, ':focus-visible', /:focus-visible/], [85, '@property', /@property/], [79, 'min(), max() or clamp()', /\b(min|max|clamp)\(/],
  [84, 'gap in a flex row', rule => /display:\s*(inline-)?flex/.test(rule) && /[;{](row-|column-)?gap:/.test(rule)],
]
const js = [
  [122, 'methods of sets', /\.(isSubsetOf|symmetricDifference)\(/], [119, 'Promise.withResolvers', /withResolvers/], [117, 'groupBy', /(Object|Map)\.groupBy/],
  [110, 'toSorted', /\.(toSorted|toReversed|toSpliced)\(/], [105, 'checkVisibility', /\.checkVisibility\(/], [103, 'AbortSignal.timeout', /AbortSignal\.(timeout|any)/],
  [99, 'showPicker', /\.showPicker\(/], [98, 'structuredClone', /\bstructuredClone\(/], [97, 'findLast', /\.findLast(Index)?\(/], [93, 'Object.hasOwn', /Object\.hasOwn\b/],
  [92, 'at()', /[\w\])]\.at\(/], [92, 'randomUUID', /randomUUID/], [86, 'replaceChildren', /\.replaceChildren\(/], [85, 'replaceAll', /\.replaceAll\(/], [85, 'Promise.any', /Promise\.any\(/],
]

/** Gives what a style sheet or script holds that Chromium `floor` does not know, as words. */
export function tooNew(kind, floor, text) {
  const found = []
  for (const [since, what, sign] of kind === 'css' ? css : js) {
    if (since <= floor) continue
    const here = typeof sign === 'function' ? text.match(/\{[^{}]*\}/g)?.some(sign) : sign.test(text)
    if (here) found.push(`${what} (since ${since})`)
  }
  return found
}
