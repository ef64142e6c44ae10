namespace Learngene.Grains.Federation.Rounds;

/// <summary>A contribution that counts, without its values.</summary>
/// <param name="Client">Who sent it.</param><param name="Cohort">The sender's cohort.</param><param name="Samples">Images it was trained on.</param>
/// <param name="Bytes">Its length as it travelled.</param><param name="Loss">Mean training loss.</param><param name="Accuracy">Of the download on the sender's test images, 0..1.</param>
/// <param name="Scale">Factor of its values, where the federation clips.</param>
internal sealed record Accepted(string Client, int Cohort, int Samples, long Bytes, double Loss, double Accuracy, double Scale)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(Client);
        writer.Write(Cohort);
        writer.Write(Samples);
        writer.Write(Bytes);
        writer.Write(Loss);
        writer.Write(Accuracy);
        writer.Write(Scale);
    }

    public static Accepted Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());

    /// <summary>Several, as a ledger's meta part.</summary>
    public static byte[] Pack(IReadOnlyCollection<Accepted> accepted)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(accepted.Count);
        foreach (var one in accepted) one.Write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>What <see cref="Pack"/> made.</summary>
    public static IReadOnlyList<Accepted> Unpack(byte[] meta)
    {
        using var reader = new BinaryReader(new MemoryStream(meta));
        var accepted = new Accepted[reader.ReadInt32()];
        for (int i = 0; i < accepted.Length; i++) accepted[i] = Read(reader);
        return accepted;
    }
}
