export { windowsCommands } from './commands/command-maker.ts';
export { windowsRoutes } from './routes.ts';
