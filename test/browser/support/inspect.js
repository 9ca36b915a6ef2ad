// Runs in a page: an expression whose value is the list of what is wrong there.
;(() => {
  const problems = []
  const all = selector => [...document.querySelectorAll(selector)]

  if (!document.documentElement.lang) problems.push('no language')
  if (!document.title.trim()) problems.push('no title')
  for (const landmark of ['main', 'h1']) {
    if (all(landmark).length !== 1) problems.push(`${all(landmark).length} of ${landmark}`)
  }
  all('h1, h2, h3, h4').reduce((before, heading) => {
    const level = Number(heading.tagName.slice(1))
    if (level > before + 1) problems.push(`heading of level ${level} after ${before}`)
    return level
  }, 0)
  const ids = all('[id]').map(each => each.id)
  if (new Set(ids).size < ids.length) problems.push('an id twice')
  for (const fieldset of all('fieldset')) {
    if (!fieldset.querySelector(':scope > legend')?.textContent?.trim()) {
      problems.push('a group without a legend')
    }
  }

  const { clientWidth, scrollWidth } = document.documentElement
  if (scrollWidth > clientWidth) problems.push(`scrolls sideways: ${scrollWidth} > ${clientWidth}`)
  for (const element of all('main *, header *')) {
    const { right, width } = element.getBoundingClientRect()
    if (element.closest('.hidden')) continue
    if (width > 0 && right > clientWidth + 1) problems.push(`cut off: ${element.outerHTML}`)
  }
  // 2.5.8
  for (const control of all('button, .button, summary, label')) {
    const { height, width } = control.getBoundingClientRect()
    if (width > 0 && (height < 24 || width < 24)) problems.push(`too small: ${control.outerHTML}`)
  }

  // 1.4.3: by the text's own colour, and the nearest colour behind it.
  const channels = color => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = color => {
    const [red = 0, green = 0, blue = 0] = channels(color).map(value => {
      const part = value / 255
      return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const isClear = color => channels(color)[3] === 0
  const behind = element => {
    if (element === null) return 'rgb(255, 255, 255)'
    const color = getComputedStyle(element).backgroundColor
    return isClear(color) ? behind(element.parentElement) : color
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement
    const text = texts.currentNode.textContent?.trim()
    if (!text || !element?.checkVisibility() || element.closest('script, noscript')) continue
    const style = getComputedStyle(element)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    const [light = 0, dark = 0] = [luminance(style.color), luminance(behind(element))].toSorted(
      (one, other) => other - one,
    )
    const contrast = (light + 0.05) / (dark + 0.05)
    if (contrast < (isLarge ? 3 : 4.5)) {
      problems.push(`contrast ${contrast.toFixed(2)}: ${text.slice(0, 40)}`)
    }
  }
  return problems
})()
