using Learngene.Silo.Demo;
using Learngene.Silo.Hosting;

// The process: serve (default) runs a silo; migrate prepares a cluster's database; demo runs one in process, puts it through its main job and ends.
var root = new System.CommandLine.RootCommand("One big Vision Transformer in, right-sized initialised Vision Transformers out.")
{
    ServeCommand.Create(),
    MigrateCommand.Create(),
    DemoCommand.Create(),
};
ServeCommand.MakeDefault(root);
return await CommandRunner.RunAsync(root, args);
