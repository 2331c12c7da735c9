// Puts a hash of each file's content into its name, as cargo-leptos does, and compressed copies beside the files.
//
//   node tools/finish-site.mjs SITE HASH_FILE
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const [site, hashFile] = process.argv.slice(2)
const pkg = join(site, 'pkg')
const names = { js: 'vestibule-app.js', wasm: 'vestibule-app_bg.wasm', css: 'vestibule-app.css' }

const lines = Object.entries(names).map(([kind, name]) => {
  const bytes = readFileSync(join(pkg, name))
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  renameSync(join(pkg, name), join(pkg, `vestibule-app.${hash}.${kind}`))
  return `${kind}: ${hash}\n`
})
writeFileSync(hashFile, lines.join(''))

const compressible = /\.(js|wasm|css|svg|txt|json)$/
for (const folder of [site, pkg]) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue
    const path = join(folder, entry.name)
    const bytes = readFileSync(path)
    if (bytes.length < 512) continue
    const parameters = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: parameters }))
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  }
}
