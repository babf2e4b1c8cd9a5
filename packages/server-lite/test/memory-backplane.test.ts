import { MemoryBackplane } from '../src/index.js'
import { describeBackplane } from './backplane-suite.js'

describeBackplane('MemoryBackplane', async (count) => {
  const backplane = new MemoryBackplane()
  return Array.from({ length: count }, () => backplane)
})
