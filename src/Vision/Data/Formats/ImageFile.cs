using System.Buffers;
using SkiaSharp;

namespace Learngene.Vision.Data.Formats;

/// <summary>One PNG or JPEG file: its header checked first, then decoded, scaled so that it covers the geometry, and cropped at the centre.</summary>
internal static class ImageFile
{
    private static readonly SKSamplingOptions Bilinear = new(SKFilterMode.Linear, SKMipmapMode.None);
    private static readonly SKSamplingOptions Trilinear = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    public static (int Height, int Width, bool Grey) Inspect(string path, DataLimits limits)
    {
        using var codec = Open(path, limits);
        return (codec.Info.Height, codec.Info.Width, codec.Info.ColorType == SKColorType.Gray8);
    }

    public static unsafe void Decode(string path, ImageGeometry geometry, DataLimits limits, Span<byte> chw)
    {
        using var codec = Open(path, limits);
        if (codec.EncodedFormat == SKEncodedImageFormat.Png && !PngChunks.AreWhole(path))
            throw new DataException($"{path}: the image cannot be decoded (it has no end chunk).");
        var whole = Rgba(codec.Info.Width, codec.Info.Height);
        // A JPEG can be decoded at 1/8 to 7/8 of its size, which saves most of the work for large photographs.
        var cover = Math.Max((float)geometry.Height / whole.Height, (float)geometry.Width / whole.Width);
        // Skia takes the nearest eighth; half an eighth more makes that the next one up.
        var size = cover < 1 ? codec.GetScaledDimensions(Math.Min(1, cover + 1f / 16)) : whole.Size;
        if (size.Width >= geometry.Width && size.Height >= geometry.Height)
            whole = Rgba(size.Width, size.Height);
        var target = Rgba(geometry.Width, geometry.Height);
        var decoded = ArrayPool<byte>.Shared.Rent(whole.BytesSize);
        var scaled = ArrayPool<byte>.Shared.Rent(target.BytesSize);
        try
        {
            fixed (byte* from = decoded, to = scaled)
            {
                var result = codec.GetPixels(whole, (nint)from);
                if (result != SKCodecResult.Success)
                    throw new DataException($"{path}: the image cannot be decoded ({result}).");
                if (whole.Size == target.Size)
                {
                    Planar(decoded, geometry, chw);
                    return;
                }
                using var source = new SKPixmap(whole, (nint)from);
                using var crop = source.ExtractSubset(Centre(whole, target));
                using var destination = new SKPixmap(target, (nint)to);
                // Bilinear is sound down to one half; below, it would skip pixels. Trilinear costs as much as the decoding.
                if (crop is null || !crop.ScalePixels(destination, crop.Width < 2 * target.Width ? Bilinear : Trilinear))
                    throw new DataException($"{path}: the image of {whole.Height} x {whole.Width} cannot be scaled to {target.Height} x {target.Width}.");
                Planar(scaled, geometry, chw);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(decoded);
            ArrayPool<byte>.Shared.Return(scaled);
        }
    }

    private static SKCodec Open(string path, DataLimits limits)
    {
        var codec = SKCodec.Create(path, out var result)
            ?? throw new DataException($"{path}: the file is no readable PNG or JPEG image ({result}).");
        var problem = codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg)
            ? $"the file holds a {codec.EncodedFormat} image; PNG and JPEG are allowed."
            : (long)codec.Info.Width * codec.Info.Height > limits.MaxFilePixels
            ? $"the image is {codec.Info.Height} x {codec.Info.Width} pixels; at most {limits.MaxFilePixels} in all are allowed."
            : null;
        if (problem is null)
            return codec;
        codec.Dispose();
        throw new DataException($"{path}: {problem}");
    }

    // Transparency is dropped, not blended, as other loaders do.
    private static SKImageInfo Rgba(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);

    /// <summary>The largest centred part with the target's proportions.</summary>
    private static SKRectI Centre(SKImageInfo whole, SKImageInfo target)
    {
        var scale = Math.Min((double)whole.Width / target.Width, (double)whole.Height / target.Height);
        var width = Math.Clamp((int)Math.Round(target.Width * scale), 1, whole.Width);
        var height = Math.Clamp((int)Math.Round(target.Height * scale), 1, whole.Height);
        return SKRectI.Create((whole.Width - width) / 2, (whole.Height - height) / 2, width, height);
    }

    private static void Planar(ReadOnlySpan<byte> rgba, ImageGeometry geometry, Span<byte> chw)
    {
        var plane = geometry.Plane;
        if (geometry.Channels == 1)
        {
            for (var i = 0; i < plane; i++)
                chw[i] = (byte)((299 * rgba[4 * i] + 587 * rgba[4 * i + 1] + 114 * rgba[4 * i + 2] + 500) / 1000); // ITU-R 601
            return;
        }
        Span<byte> red = chw[..plane], green = chw.Slice(plane, plane), blue = chw.Slice(2 * plane, plane);
        for (var i = 0; i < plane; i++)
            (red[i], green[i], blue[i]) = (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
    }
}
