// Every state of a connection, as each of the three banners shows it. `?state=…&by=react` shows one alone.
import '../shared/theme.css'
import './gallery.css'
import { alone } from './alone.js'
import { makers } from './banners/index.js'
import { overview } from './overview.js'
import { findState } from './states.js'
import { applyView } from './view-options.js'

const query = new URLSearchParams(location.search)
const state = findState(query.get('state'))
const maker = makers.find(({ id }) => id === query.get('by')) ?? makers[0]

applyView()
document.body.append(...(state && maker ? alone(state, maker) : overview()))
