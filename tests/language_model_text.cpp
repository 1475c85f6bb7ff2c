// The language model's text: cutting it into tokens, and tokens into batches.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "engram/examples/language_model/batches.hpp"
#include "engram/examples/language_model/corpus.hpp"
#include "engram/examples/language_model/utf8.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

std::vector<std::string> tokens_of(const std::string& text, Level level) {
  std::vector<std::string> out;
  for_each_token(text, level, [&](std::string_view token, std::size_t offset) {
    if (token != kEndOfLine) BOOST_TEST(text.substr(offset, token.size()) == token);
    out.emplace_back(token);
  });
  return out;
}

Vocabulary words(const std::string& text, std::int64_t most = 0, std::int64_t minimum = 1) {
  Counts counts;
  count_tokens(text, Level::word, counts);
  return Vocabulary::of(Level::word, counts, most, minimum);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_text)

BOOST_AUTO_TEST_CASE(utf8_is_read_strictly) {
  const std::string good[] = {"a",
                              "\x7F",
                              "\xC2\x80",
                              "\xDF\xBF",
                              "\xE0\xA0\x80",
                              "\xED\x9F\xBF",
                              "\xEF\xBF\xBF",
                              "\xF0\x90\x80\x80",
                              "\xF4\x8F\xBF\xBF"};
  for (const std::string& bytes : good) BOOST_TEST(code_point_length(bytes, 0) == bytes.size());
  const std::string bad[] = {"\x80",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xC2",
                             "\xC2\x41",
                             "\xE0\x9F\xBF",
                             "\xED\xA0\x80",
                             "\xE2\x88",
                             "\xF0\x8F\xBF\xBF",
                             "\xF4\x90\x80\x80",
                             "\xF5\x80\x80\x80",
                             "\xFF",
                             "\xF0\x9D\x84\x41"};
  for (const std::string& bytes : bad) BOOST_TEST(code_point_length(bytes, 0) == 0);
  const std::string message =
      message_of<BadData>([] { require_utf8("one\ntwo\xE9 three", "book.txt"); });
  BOOST_TEST(contains(message, "book.txt: byte 7 (0xE9, line 2) is not UTF-8"));
}

BOOST_AUTO_TEST_CASE(characters_are_code_points) {
  const std::vector<std::string> expected{"a", "ö", "\n", "∑", "\xF0\x9D\x84\x9E"};
  BOOST_TEST(tokens_of("aö\n∑\xF0\x9D\x84\x9E", Level::character) == expected);
}

BOOST_AUTO_TEST_CASE(words_are_between_blanks_and_lines_end) {
  const std::vector<std::string> expected{"a", "bc", "<eos>", "<eos>", "d", "<eos>"};
  BOOST_TEST(tokens_of(" a\tbc \r\n\n d", Level::word) == expected);
  BOOST_TEST(tokens_of(" a bc\n\nd\n", Level::word) == expected);
  BOOST_TEST(tokens_of("", Level::word).empty());
}

BOOST_AUTO_TEST_CASE(words_are_between_white_space_of_every_kind) {
  for (const char* blank : {" ", "\t", "\v", "\f", "\u0085", "\u00A0", "\u1680", "\u2000", "\u200A",
                            "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\u3000 \u0085"}) {
    const std::string all = blank + std::string("a") + blank + "b\u00C5" + blank;
    BOOST_TEST(tokens_of(all + "\n", Level::word) ==
               (std::vector<std::string>{"a", "b\u00C5", "<eos>"}));
    BOOST_TEST(tokens_of(all, Level::word) == (std::vector<std::string>{"a", "b\u00C5", "<eos>"}));
  }
  // Neither a mark that is no blank nor the neighbours of the blanks.
  for (const char* letter : {"\uFEFF", "\u200B", "\u0084", "\u00A1", "\u1681", "\u200C", "\u202E",
                             "\u3001", "\u2060", "\u0000"}) {
    const std::string word = text("a", letter, "b");
    BOOST_TEST(tokens_of(word, Level::word) == (std::vector<std::string>{word, "<eos>"}));
  }
}

BOOST_AUTO_TEST_CASE(vocabulary_of_characters_is_in_order_of_code_points) {
  Counts counts;
  count_tokens("zaö∑a", Level::character, counts);
  const Vocabulary vocabulary = Vocabulary::of(Level::character, counts);
  const std::vector<std::string> expected{"a", "z", "ö", "∑"};
  BOOST_TEST(vocabulary.tokens() == expected);
  const Stream ids = vocabulary.encode("∑a", "text");
  BOOST_TEST(vocabulary.decode(ids) == "∑a");
  BOOST_TEST(!vocabulary.unknown());
  const std::string message = message_of<BadData>([&] { vocabulary.encode("a\na€", "text"); });
  BOOST_TEST(contains(message, "text: the character U+000A at byte 1 (line 1)"));
}

BOOST_AUTO_TEST_CASE(vocabulary_of_words_is_cut) {
  const std::string text = "the cat the dog the cat\nsat\n";
  const std::vector<std::string> all{"<eos>", "<unk>", "the", "cat", "dog", "sat"};
  BOOST_TEST(words(text).tokens() == all);
  const std::vector<std::string> four{"<eos>", "<unk>", "the", "cat"};
  BOOST_TEST(words(text, 4).tokens() == four);
  BOOST_TEST(words(text, 0, 2).tokens() == four);
  const Vocabulary vocabulary = words(text, 4);
  BOOST_TEST(vocabulary.decode(vocabulary.encode("the dog\nsat", "text")) == "the <unk>\n<unk>\n");
}

BOOST_AUTO_TEST_CASE(words_marked_unknown_in_the_text_are_the_unknown_word) {
  const Vocabulary vocabulary = words("a <unk> <unk> <unk> b\n");
  BOOST_TEST(vocabulary.size() == 4);
  BOOST_TEST((vocabulary.find("<unk>") == vocabulary.unknown()));
}

BOOST_AUTO_TEST_CASE(prompts_must_be_known) {
  const Vocabulary vocabulary = words("the cat\n");
  BOOST_TEST(vocabulary.encode_prompt("the cat").size() == 2);
  BOOST_TEST(vocabulary.encode_prompt("the\n").size() == 2);
  BOOST_TEST(vocabulary.encode_prompt("").empty());
  const std::string message = message_of<BadData>([&] { vocabulary.encode_prompt("the cow"); });
  BOOST_TEST(contains(message, "the prompt's word 'cow' at byte 4 is unknown"));
  BOOST_CHECK_THROW(vocabulary.encode_prompt("\xFF"), BadData);
}

BOOST_AUTO_TEST_CASE(vocabularies_from_files_are_checked) {
  BOOST_CHECK_THROW(Vocabulary(Level::character, {"a", "a"}), BadData);
  BOOST_CHECK_THROW(Vocabulary(Level::character, {"ab"}), BadData);
  BOOST_CHECK_THROW(Vocabulary(Level::character, {""}), BadData);
  BOOST_CHECK_THROW(Vocabulary(Level::word, {"a", ""}), BadData);
}

BOOST_AUTO_TEST_CASE(one_text_is_split_by_a_fraction) {
  Texts texts;
  texts.whole = "abcdefghij";
  const Corpus corpus = make_corpus(texts, {.train_fraction = 0.75});
  BOOST_TEST(corpus.vocabulary.decode(corpus.train) == "abcdefg");
  BOOST_TEST(corpus.vocabulary.decode(corpus.valid) == "hij");
  BOOST_TEST(corpus.vocabulary.decode(corpus.part("all")) == "abcdefghij");
  BOOST_TEST(corpus.vocabulary.size() == 10);
  texts.whole = "abcdefghik";
  BOOST_TEST(make_corpus(texts, {}).checksum != corpus.checksum);
}

BOOST_AUTO_TEST_CASE(words_of_the_held_out_text_are_not_learnt) {
  Texts texts;
  texts.whole = "a b a b a b a c\n";  // nine tokens, six of them for training
  const Cut cut{.level = Level::word, .train_fraction = 0.7};
  const Corpus corpus = make_corpus(texts, cut);
  BOOST_TEST(!corpus.vocabulary.find("c"));
  BOOST_TEST(corpus.vocabulary.decode(corpus.valid) == "a <unk>\n");
}

BOOST_AUTO_TEST_CASE(lanes_go_on_from_chunk_to_chunk) {
  Stream stream(12);
  for (std::size_t k = 0; k < stream.size(); ++k) stream[k] = static_cast<std::int32_t>(k);
  const Lanes lanes(stream, 2, 3);  // 0 1 2 3 4 | 5 6 7 8 9, then 10 and 11 are left
  BOOST_TEST(lanes.length() == 5);
  BOOST_TEST(lanes.chunks() == 2);
  const auto numbers = [](const Indices& a) { return std::vector<int>(a.begin(), a.end()); };
  const Chunk first = lanes.chunk(0, 0, 2), last = lanes.chunk(1, 0, 2);
  BOOST_TEST(first.x.shape() == Shape({3, 2}));
  BOOST_TEST(numbers(first.x) == (std::vector<int>{0, 5, 1, 6, 2, 7}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers(first.y) == (std::vector<int>{1, 6, 2, 7, 3, 8}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers(last.x) == (std::vector<int>{3, 8, 4, 9}), boost::test_tools::per_element());
  BOOST_TEST(numbers(last.y) == (std::vector<int>{4, 9, 5, 10}), boost::test_tools::per_element());
  BOOST_TEST(numbers(lanes.chunk(1, 1, 2).x) == (std::vector<int>{8, 9}),
             boost::test_tools::per_element());
  BOOST_TEST(numbers(lanes.rest().x) == (std::vector<int>{10}), boost::test_tools::per_element());
  BOOST_TEST(numbers(lanes.rest().y) == (std::vector<int>{11}), boost::test_tools::per_element());
  BOOST_TEST(Lanes(std::span(stream).first(11), 2, 3).rest().x.size() == 0);
}

BOOST_AUTO_TEST_CASE(every_lane_belongs_to_one_shard) {
  for (Index shards = 1; shards <= 7; ++shards) {
    Index next = 0;
    for (Index s = 0; s < shards; ++s) {
      const auto [begin, end] = lanes_of_shard(7, shards, s);
      BOOST_TEST(begin == next);
      BOOST_TEST(end > begin);
      next = end;
    }
    BOOST_TEST(next == 7);
  }
}

BOOST_AUTO_TEST_CASE(short_texts_are_refused_with_the_numbers) {
  BOOST_CHECK_NO_THROW(require_length(2501, 50, 50, "character"));
  const std::string message =
      message_of<BadData>([] { require_length(2500, 50, 50, "character"); });
  BOOST_TEST(contains(message, "it has 2500 characters"));
  BOOST_TEST(contains(message, "need at least 2501"));
  const Stream one(1);
  BOOST_CHECK_THROW(Lanes(one, 1, 5), BadData);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
