import type { Page } from 'playwright'

/** What a link brings that is not a page. */
const notPages = /\/(file|zip|tar|picture)\/|\/(zip|tar)$|\/(export|download)\b|\.(csv|pdf|txt|json|crt)\b/

/** Addresses that differ in what they are about, or in what is chosen of it, and not in what they show. Every folder is one; a file is as good as the next. */
export function kindOf(url: string): string {
  if (url.includes('/preview/')) return '/versions/*/preview'
  return url.includes('/browse') ? url : url.replace(/\?.*$/, '?').replaceAll(/\b[a-z]{3}_\w+/g, '*')
}

/**
 * Follows every link to a page of the box, each kind so many times.
 * @param startUrl the box, with its slash
 * @param look is given each page while it is open
 * @returns the pages' addresses in the order in which they were come to
 * @throws Error for a page that does not answer with 200
 */
export async function followLinks(
  page: Page,
  { startUrl, ofAKind }: { readonly startUrl: string; readonly ofAKind: number },
  look: (url: string) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const found = new Set([startUrl])
  const seen = new Map<string, number>()
  for (const url of found) {
    const answer = await page.goto(url)
    if (answer?.status() !== 200) throw new Error(`${url} answered ${answer?.status()}`)
    await look(url)
    const links = await page
      .locator('a[href]:visible')
      .evaluateAll((elements) => elements.map((element) => (element as unknown as { href: string }).href))
    for (const link of links.map((href) => href.replace(/#.*$/, ''))) {
      if (notPages.test(link) || found.has(link) || !link.startsWith(startUrl)) continue
      const count = (seen.get(kindOf(link)) ?? 0) + 1
      seen.set(kindOf(link), count)
      if (count <= ofAKind) found.add(link)
    }
  }
  return [...found]
}
