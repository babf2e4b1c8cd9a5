import { MemoryBackplane } from '../src/index.js'
import { describeHandover } from './handover-suite.js'

describeHandover('MemoryBackplane', async (count) => {
  const backplane = new MemoryBackplane()
  return Array.from({ length: count }, () => backplane)
})
