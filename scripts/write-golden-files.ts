// Writes the golden files anew. Only for a new format: whoever runs this says that everything stored until now is read differently.
//   node scripts/write-golden-files.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { goldenFiles, zstdVersionFile } from '../tests/golden/golden-files.ts'

const folder = join(import.meta.dirname, '../tests/golden/format-1')
rmSync(folder, { recursive: true, force: true })
for (const [name, bytes] of goldenFiles()) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), bytes)
}
writeFileSync(join(folder, zstdVersionFile), `${process.versions.zstd}\n`)
