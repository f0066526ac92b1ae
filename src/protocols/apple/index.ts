export { appleCommands } from './commands/command-maker.ts';
export { appleRoutes } from './routes.ts';
