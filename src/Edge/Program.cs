using Learngene.Edge;

return await CommandLine.RunAsync(args);
