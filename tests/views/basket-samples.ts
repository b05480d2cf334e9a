/** The basket in the states a reader may find it in. */
import type { Html } from '../../views/html.ts'
import { type BasketPageProps, type BasketPageThing, basketPage } from '../../views/pages/basket.ts'
import type { BasketAsideProps } from '../../views/partials/basket.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const MiB = 1024 ** 2
const item = 'snap_aaaaaaaaaaaaaaaaaaaa/home/helen/x'
const invoice = { item, name: '03 March.xlsx', kind: 'file', sizeBytes: 84_900 } as const
const archive = { item, name: 'Invoices 2025', kind: 'folder', sizeBytes: undefined } as const
const current = { item, name: 'current', kind: 'link', sizeBytes: undefined } as const

export const emptyBasket: BasketAsideProps = {
  ...{ files: 0, folders: 0, links: 0, bytes: 0, newest: [] },
  ...{ path: '/basket', downloadPath: '/basket/download', of: 'cus_x', back: '/versions/snap_x/browse/x' },
}

export function fullBasket(nowMs: number, longName: string): BasketAsideProps {
  const newest = [
    { ...invoice, versionAtMs: nowMs },
    { ...archive, versionAtMs: nowMs - 90 * 86_400_000 },
    { ...current, versionAtMs: undefined },
    { ...invoice, name: longName, versionAtMs: nowMs },
  ]
  return { ...emptyBasket, files: 412, folders: 2, links: 1, bytes: 295 * MiB, newest }
}

export function basketSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  const basket =
    (props: Partial<BasketPageProps>) =>
    (page: PageContext): Html =>
      basketPage({
        ...page,
        viewer,
        ...emptyBasket,
        parts: [],
        gone: [],
        zipPath: '/basket/download',
        tarPath: '/basket/download',
        ...props,
      })
  const at = { where: 'home / helen / Documents', path: '/versions/snap_x/browse/home' }
  const part = (index: number, things: readonly BasketPageThing[]) => ({
    id: `part-${index}`,
    computer: index === 1 ? longName : 'RECEPTION-PC',
    takenAtMs: nowMs - index * 86_400_000,
    versionPath: '/versions/snap_x/browse',
    zipPath: '/basket/download?version=snap_x',
    tarPath: '/basket/download?version=snap_x',
    things,
  })
  const few = [
    { ...invoice, ...at },
    { ...archive, ...at, where: '' },
    { ...current, ...at },
  ]
  const long = { ...invoice, name: longName, where: `${longName} / `.repeat(9), path: at.path }
  return {
    basket: basket({ files: 1, folders: 1, links: 1, bytes: 84_900, parts: [part(0, few)] }),
    'basket-empty': basket({}),
    'basket-many': basket({
      ...{ files: 240, folders: 2, links: 0, bytes: 40_000 * MiB, gone: [{ ...archive, ...at, path: undefined }] },
      parts: [part(0, few), part(1, [long, ...Array.from({ length: 60 }, () => ({ ...invoice, ...at }))]), part(2, few)],
    }),
    'basket-gone': basket({ gone: [{ ...invoice, ...at, path: undefined }] }),
  }
}
