/** A real nginx with the configuration of docs/deploy.md. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNginx } from '../scripts/nginx.mjs'
import { type Programs, type Running, sampleOf } from './sample-programs.js'

const tls = join(import.meta.dirname, 'tls')

/** The certificate that a client has to trust. */
export const ca: Buffer = readFileSync(join(tls, 'cert.pem'))

export interface Nginx extends Running {
  /** The lines of its access log. */
  log(): string[]
}

/**
 * @param servers the ports behind it; the configuration has two
 * @param timeout of a silent connection
 */
export async function startNginx(
  programs: Programs,
  [first, second]: readonly [number, number],
  timeout: string,
): Promise<Nginx> {
  const nginx = await findNginx()
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const log = join(folder, 'access.log')
  const running = await programs.serve((port) => {
    const site = sampleOf('docs/deploy.md', 'nginx', '', {
      '127.0.0.1:4443': `127.0.0.1:${first}`,
      '127.0.0.1:4444': `127.0.0.1:${second}`,
      'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
      '/etc/ssl/chat.example.com.pem': join(tls, 'cert.pem'),
      '/etc/ssl/chat.example.com.key': join(tls, 'key.pem'),
      '60s': timeout,
    })
    const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n')
    const main = `
      daemon off;
      master_process off;
      pid ${folder}/pid;
      error_log stderr;
      events { worker_connections 256; }
      http { access_log ${log}; ${scratch} ${site} }`
    const configuration = join(folder, `${port}.conf`)
    writeFileSync(configuration, main)
    return { args: [nginx, '-p', folder, '-c', configuration] }
  })
  void running.exited.then(() => rmSync(folder, { recursive: true }))
  return { ...running, log: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) }
}
