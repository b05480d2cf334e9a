/** A file that is looked at, in the states a reader may find it in. */
import type { Html } from '../../views/html.ts'
import { type PreviewPageProps, previewPage } from '../../views/pages/preview.ts'
import type { PageContext, Viewer } from '../../views/site.ts'
import { emptyBasket, fullBasket } from './basket-samples.ts'

const lines = 'Dear Ms Hartmann,\n\n\tthe drawings are with the builder.\n\n<script>alert(1)</script>\n'

export function previewSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  const preview =
    (props: Partial<PreviewPageProps>) =>
    (page: PageContext): Html =>
      previewPage({
        ...page,
        viewer,
        computer: 'RECEPTION-PC',
        takenAtMs: nowMs,
        name: 'letter to the council.txt',
        sizeBytes: 212_000,
        changedAtMs: nowMs - 86_400_000,
        above: ['Computers', 'RECEPTION-PC', 'Today 18:20', 'home', 'helen'].map((name) => ({ name, path: '/computers' })),
        folderPath: '/versions/snap_x/browse/home/helen',
        filePath: '/versions/snap_x/file/x',
        revertPath: '/restores/new?version=snap_x&path=%2Fx&mode=revert',
        shown: { kind: 'text', text: lines, isCut: false, encoding: 'utf-8' },
        earlierPath: '/versions/snap_w/preview/x',
        laterPath: undefined,
        basket: { aside: emptyBasket, item: 'snap_x/home/x', isIn: false },
        ...props,
      })
  return {
    'preview-text': preview({}),
    'preview-long': preview({
      name: longName.repeat(3),
      shown: {
        kind: 'text',
        text: `${'a very long line '.repeat(400)}\n${lines.repeat(300)}`,
        isCut: true,
        encoding: 'windows-1252',
      },
    }),
    'preview-picture': preview({
      name: 'quay.jpg',
      shown: { kind: 'picture', path: '/versions/snap_x/picture/x' },
      basket: { aside: fullBasket(nowMs, longName), item: 'snap_x/home/x', isIn: true },
    }),
    'preview-opened': preview({
      name: 'plan.pdf',
      shown: { kind: 'opened', path: '/versions/snap_x/picture/x', words: 'A PDF opens in your browser’s own viewer.' },
    }),
    'preview-nothing': preview({
      name: 'offer.docx',
      shown: { kind: 'nothing', words: 'A file of an office program. Download it, and open it with the program that made it.' },
      basket: undefined,
      earlierPath: undefined,
    }),
  }
}
