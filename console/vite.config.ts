import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// BARTIZAN_URL lets `npm run dev` work against a running server.
const server = process.env.BARTIZAN_URL;

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
  },
  server: server ? { proxy: { "/v1": { target: server, secure: false } } } : {},
});
