/** The kit as a page in a file of its own: printable from any browser, years from now, with nothing else beside it. */
import { recoveryKitDocument } from '../../views/pages/recovery-kit-document.ts'
import { qrModules, qrPath } from './qr-modules.ts'
import type { KitSheet } from './recovery-kit.ts'

export async function recoveryKitPage(sheet: KitSheet): Promise<string> {
  return String(await recoveryKitDocument(sheetProps(sheet)))
}

/** A sheet and its QR, as the views take it. */
export function sheetProps(sheet: KitSheet) {
  const modules = qrModules(sheet.block)
  return { ...sheet, qr: { size: modules.size, path: qrPath(modules) } }
}
