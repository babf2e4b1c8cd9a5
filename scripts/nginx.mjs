// The nginx of the tests.
import { find } from './programs.mjs'

/** @type {import('./programs.mjs').Program} */
const nginx = {
  name: 'nginx',
  variable: 'NGINX_PATH',
  programs: ['nginx'],
  // Where only root looks.
  directories: ['/usr/sbin', '/usr/local/sbin'],
  versionFlag: '-v',
  packages: ['nginx'],
  advice: 'Install nginx 1.18 or later',
}

/** @returns {Promise<string>} the path of an nginx that runs */
export const findNginx = () => find(nginx)
