/** Numbers as people read them. */

const INTEGER = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `12,345` */
export function integer(value: number): string {
  return INTEGER.format(value)
}

/** `3.42`, `34.2`, `342`; `-` where there is none. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '-'
  if (value >= 99.95) return integer(value)
  return value.toFixed(value < 9.995 ? 2 : 1)
}

/** `45 s`, `1 min 10 s`, `1 h 10 s` */
export function seconds(value: number): string {
  const whole = Math.round(value)
  const parts = [
    [Math.floor(whole / 3_600), 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return told.length === 0 ? '0 s' : told.join(' ')
}
