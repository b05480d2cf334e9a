// Copies what the pages use of other people's packages from node_modules into the tree, where it is committed: a page needs no
// bundler and no network, and a changed byte shows in a diff. Run after raising a version: `node scripts/vendor.ts`.
// `tests/views/vendored.test.ts` fails when the tree and the pinned packages differ.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Files taken as they are: package path -> place in the tree. */
export const copies: Readonly<Record<string, string>> = {
  'htmx.org/dist/htmx.min.js': 'public/vendor/htmx.min.js',
  'htmx.org/dist/ext/hx-sse.min.js': 'public/vendor/hx-sse.min.js',
  'htmx.org/LICENSE': 'public/vendor/htmx-LICENSE.txt',
  'lucide-static/LICENSE': 'public/vendor/lucide-LICENSE.txt',
  '@fontsource-variable/rosario/LICENSE': 'public/vendor/rosario-LICENSE.txt',
  '@fontsource-variable/rosario/files/rosario-latin-wght-normal.woff2': 'public/rosario-latin-wght-normal.woff2',
  '@fontsource-variable/rosario/files/rosario-latin-ext-wght-normal.woff2': 'public/rosario-latin-ext-wght-normal.woff2',
  '@fontsource-variable/rosario/files/rosario-latin-wght-italic.woff2': 'public/rosario-latin-wght-italic.woff2',
}

/** The Lucide icons the pages draw. A page's sprite holds only those it uses. */
export const iconNames = [
  'activity',
  'arrow-down',
  'arrow-left',
  'arrow-right',
  'arrow-up',
  'bell',
  'building-2',
  'check',
  'chevron-left',
  'chevron-right',
  'chevrons-up-down',
  'circle-check',
  'circle-dashed',
  'circle-pause',
  'circle-question-mark',
  'circle-user-round',
  'download',
  'eye',
  'file',
  'file-archive',
  'file-image',
  'file-music',
  'file-pen',
  'file-plus',
  'file-spreadsheet',
  'file-symlink',
  'file-text',
  'file-video-camera',
  'file-x',
  'folder',
  'folder-archive',
  'folder-plus',
  'folder-x',
  'git-compare',
  'hard-drive',
  'history',
  'house',
  'key-round',
  'layers',
  'list-checks',
  'log-in',
  'log-out',
  'mail',
  'menu',
  'minus',
  'monitor',
  'moon',
  'octagon-x',
  'pause',
  'pencil',
  'pin',
  'pin-off',
  'play',
  'plus',
  'power-off',
  'refresh-cw',
  'rotate-ccw',
  'scroll-text',
  'search',
  'send',
  'settings',
  'shopping-basket',
  'share-2',
  'square',
  'trash-2',
  'triangle-alert',
  'undo-2',
  'user-plus',
  'users',
  'x',
] as const

const shapesFile = 'views/icons/shapes.ts'

/** What stands inside the view box of an icon. */
export function iconShapeOf(name: string): string {
  const svg = readPackageFile(`lucide-static/icons/${name}.svg`).toString()
  const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
  return inner.replaceAll(/>\s+</g, '><').replaceAll(' />', '/>').trim()
}

function shapesModule(): string {
  const rows = iconNames.map((name) => `  '${name}': '${iconShapeOf(name)}',`)
  return `// Made by scripts/vendor.ts from lucide-static ${packageVersion('lucide-static')} (ISC, public/vendor/lucide-LICENSE.txt): not by hand.

/** What stands inside the 24 by 24 view box of each icon. */
export const iconShapes = {
${rows.join('\n')}
} as const
`
}

function packageVersion(name: string): string {
  const { version } = JSON.parse(readPackageFile(`${name}/package.json`).toString()) as { readonly version: string }
  return version
}

export function readPackageFile(path: string): Buffer {
  return readFileSync(join(root, 'node_modules', path))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [from, to] of Object.entries(copies)) {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    copyFileSync(join(root, 'node_modules', from), join(root, to))
  }
  writeFileSync(join(root, shapesFile), shapesModule())
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', shapesFile], { cwd: root, stdio: 'inherit' })
}
