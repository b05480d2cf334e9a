import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for one test, with a space in its name as people have them; gone with the test. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast test ')))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
