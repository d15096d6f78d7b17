import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The port is one from which `npm run dev` lets pages call.
export default defineConfig({
  plugins: [react()],
  server: { port: Number(process.env.PORT ?? 5173), strictPort: true },
})
