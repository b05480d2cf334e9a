/** A share of a drawing's width: `12.5%`. Places and widths in it follow the page; words keep their size. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}
