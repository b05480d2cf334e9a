/** The way from a link's own page down to a place in it; what lies above what is shared is not in it. Pure. */
import { nameText } from '../../views/format/name-text.ts'
import type { TrailStep } from '../../views/partials/trail.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { DownloadShare } from './share.ts'
import { encodeSharePlace, type SharePlace } from './share-place.ts'

/** Without the place itself. `path`: the link. */
export function stepsTo(
  { share, path }: { readonly share: Pick<DownloadShare, 'title' | 'paths'>; readonly path: string },
  { number, below }: SharePlace,
): readonly TrailStep[] {
  const top = { name: share.title, path }
  const shared = share.paths[number] ?? []
  const isOnly = share.paths.length === 1
  const first = isOnly || below.length === 0 ? [] : [stepOf(path, { number, path: shared, below: [] })]
  const folders = below.slice(0, -1).map((_, index) => {
    const way: VersionPath = below.slice(0, index + 1)
    return stepOf(path, { number, path: [...shared, ...way], below: way })
  })
  return [top, ...first, ...folders]
}

function stepOf(path: string, place: SharePlace): TrailStep {
  const name = place.path.at(-1)
  return { name: name === undefined ? '' : nameText(name), path: `${path}/browse${encodeSharePlace(place)}` }
}
