using Learngene.Cli;

return await CommandLine.RunAsync(args, new Terminal());
