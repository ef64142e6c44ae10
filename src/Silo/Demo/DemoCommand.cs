using System.CommandLine;
using Learngene.Silo.Hosting;
namespace Learngene.Silo.Demo;
internal static class DemoCommand { public static Command Create() => new("demo"); }
