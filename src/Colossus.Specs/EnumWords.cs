using System.Reflection;
using System.Text;
using System.Text.Json.Serialization;

namespace Colossus.Specs;

/// <summary>The words that stand for values of enumerations in files: <c>squared-relu</c>, unless <see cref="JsonStringEnumMemberNameAttribute"/> gives another, such as <c>1f1b</c>.</summary>
public static class EnumWords
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum =>
        Table<T>.Words[Array.IndexOf(Table<T>.Values, value)];

    /// <summary>All words of an enumeration in the order of its values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum =>
        Table<T>.Words;

    /// <summary>The value of a word, or null.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum =>
        Array.IndexOf(Table<T>.Words, word) is >= 0 and var index ? Table<T>.Values[index] : null;

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();

        public static readonly string[] Words = [.. Values.Select(static value => WordOf(value.ToString()))];

        private static string WordOf(string name) =>
            typeof(T).GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? Kebab(name);

        private static string Kebab(string name)
        {
            var word = new StringBuilder();
            foreach (char letter in name)
            {
                if (char.IsUpper(letter) && word.Length > 0)
                {
                    word.Append('-');
                }

                word.Append(char.ToLowerInvariant(letter));
            }

            return word.ToString();
        }
    }
}
