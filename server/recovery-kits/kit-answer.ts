import { z } from 'zod'
import { kitShownPage } from '../../views/pages/recovery-kit.ts'
import type { PageContext, Viewer } from '../../views/site.ts'
import type { AppContext } from '../http/app-environment.ts'
import { contentDisposition } from '../restores/content-disposition.ts'
import { kitFormats, kitSheet, type RecoveryKit } from './recovery-kit.ts'
import { sheetProps } from './recovery-kit-page.ts'
import { renderKit } from './render-kit.ts'

/** What the form of a kit asks for: on the page, or as a file. */
export const kitFormSchema = z.object({ format: z.enum(['page', ...kitFormats]) })
type AskedFormat = z.infer<typeof kitFormSchema>['format']

/** Never kept by a browser or a proxy: the answer is the secret. */
export async function answerKit(
  c: AppContext,
  kit: RecoveryKit,
  asked: {
    readonly format: AskedFormat
    readonly page: PageContext
    readonly viewer: Viewer
    readonly backPath: string
  },
): Promise<Response> {
  const { format, page, ...shown } = asked
  c.header('cache-control', 'no-store')
  if (format === 'page') return c.html(await kitShownPage({ ...page, ...shown, sheet: sheetProps(kitSheet(kit)) }))
  const { bytes, mediaType, fileName } = await renderKit(kit, format)
  c.header('content-type', mediaType)
  c.header('content-disposition', contentDisposition(Buffer.from(fileName)))
  return c.body(new Uint8Array(bytes))
}
