// The language model reads texts: files, packed files and folders, as far as there is memory for
// them.
#include <boost/test/unit_test.hpp>
#include <zlib.h>

#include "engram/examples/language_model/reading.hpp"
#include "engram/examples/language_model/vocabulary.hpp"
#include "engram/tests/language_model_help.hpp"

namespace engram::language_model {
namespace {

namespace fs = std::filesystem;

void write_gzip(const fs::path& path, const std::string& bytes) {
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(language_model_reading)

BOOST_AUTO_TEST_CASE(lines_end_in_one_way) {
  const Folder folder("line-ends");
  const auto read = [&](const std::string& bytes) { return read_text(write(folder / "a", bytes)); };
  BOOST_TEST(read("a\r\nb\rc\r\r\nd\n\re\r") == "a\nb\nc\n\nd\n\ne\n");
  BOOST_TEST(read("\r") == "\n");
  // A mark at the beginning is none of the text, another one is; nothing else ends a line.
  const std::string rest = "a\uFEFF\u0085b\u2028c\u2029d\v\fe\u00A0\u3000";
  BOOST_TEST(read("\uFEFF" + rest) == rest);
  BOOST_TEST(read("\uFEFF\uFEFF") == "\uFEFF");
  const Vocabulary vocabulary(Level::character, {"\n", "a", "b"});
  BOOST_TEST(vocabulary.encode_prompt("a\r\nb\r") == vocabulary.encode_prompt("a\nb\n"));
}

BOOST_AUTO_TEST_CASE(folders_are_read_in_the_order_of_their_paths) {
  const Folder folder("text-folder");
  write(folder / "b.txt", "two\n");
  write(folder / "a/z.cpp", "one");
  write(folder / "c/readme.md", "three\n");
  write(folder / ".git/x.txt", "hidden");
  write(folder / "build/x.txt", "built");
  write(folder / "c/picture.png", "\xFF\xFE");
  fs::create_symlink("nowhere", folder / "d.txt");
  const Texts texts = read_texts(folder.path);
  BOOST_TEST(texts.whole == "one\ntwo\nthree\n");
  BOOST_TEST(texts.files == 3);
  BOOST_TEST(!texts.split);
}

BOOST_AUTO_TEST_CASE(folders_say_what_was_not_read) {
  const Folder folder("text-skipped");
  write(folder / "a.txt", "a\n");
  for (const char* name : {"B.TXT", "c.png", "LICENSE", "sub/d.Md", "e.txt.gz"}) {
    write(folder / name, "x");
  }
  write(folder / ".git/x.txt", "hidden");
  write(folder / "sub/build-1/x.txt", "built");
  fs::create_directory_symlink(folder / "sub", folder / "link");
  fs::create_symlink("nowhere", folder / "f.txt");
  const std::vector<std::string> expected{
      "files with other endings: B.TXT, LICENSE, c.png, e.txt.gz and 1 more",
      "hidden and build folders: .git, sub/build-1", "linked folders: link", "no files: f.txt"};
  BOOST_TEST(read_texts(folder.path).skipped == expected, boost::test_tools::per_element());
  fs::remove(folder / "a.txt");
  BOOST_TEST(contains(message_of<BadData>([&] { read_texts(folder.path); }),
                      ", which has files with other endings: B.TXT, "));
  write(folder / "train.txt", "a\n"), write(folder / "train.txt.gz", "x");
  BOOST_TEST(read_texts(folder.path)
                 .skipped.at(0)
                 .starts_with("beside train, valid and test: .git, B.TXT, "));
}

BOOST_AUTO_TEST_CASE(a_text_is_read_as_far_as_there_is_memory_for_it) {
  const Folder folder("text-bomb");
  write_gzip(folder / "bomb.gz", std::string(std::size_t{32} << 20, 'a'));
  BOOST_TEST(fs::file_size(folder / "bomb.gz") < 100'000);
  const std::size_t most = std::size_t{3} << 20;
  const std::string message = message_of<BadData>([&] { read_text(folder / "bomb.gz", most); });
  BOOST_TEST(contains(message, "it has more text, unpacked, than the 3 MiB for which there is"));
  BOOST_TEST(contains(message_of<BadData>([&] { read_text("/dev/zero", most); }),
                      "more text than the 3 MiB"));
  BOOST_TEST(read_text(folder / "bomb.gz", std::size_t{32} << 20).size() == std::size_t{32} << 20);
  BOOST_TEST(room_for_text() > most);
}

BOOST_AUTO_TEST_CASE(folders_with_three_parts_are_split_already) {
  const Folder folder("text-parts");
  write_gzip(folder / "train.txt.gz", "train\n");
  write(folder / "valid.txt", "\xEF\xBB\xBFvalid\n");
  const Texts texts = read_texts(folder.path);
  BOOST_TEST(texts.split);
  BOOST_TEST(texts.train == "train\n");
  BOOST_TEST(texts.valid == "valid\n");
  BOOST_TEST(texts.test.empty());
}

BOOST_AUTO_TEST_CASE(texts_that_cannot_be_read_say_why) {
  const Folder folder("text-bad");
  const auto message = [&](const fs::path& path) {
    return message_of<BadData>([&] { read_texts(path); });
  };
  BOOST_TEST(contains(message(folder / "nothing.txt"), "there is no text at"));
  BOOST_TEST(contains(message(write(folder / "empty.txt", "")), "is empty"));
  BOOST_TEST(
      contains(message(write(folder / "latin1.txt", "gr\xFC\xDF")), "byte 2 (0xFC, line 1)"));
  fs::create_directory(folder / "hollow");
  BOOST_TEST(contains(message(folder / "hollow"), "no text in the folder"));
  fs::create_symlink("loop", folder / "loop");
  BOOST_TEST(contains(message(folder / "loop"), "Too many levels of symbolic links"));
  BOOST_TEST(contains(message("/proc/self/mem"), "cannot read /proc/self/mem: Input/output error"));
  if (geteuid() != 0) {  // root may read everything
    fs::permissions(write(folder / "secret.txt", "s"), fs::perms::none);
    BOOST_TEST(contains(message(folder / "secret.txt"), "Permission denied"));
  }
  write_gzip(folder / "whole.gz", some_text(2000));
  const std::string packed = bytes_of(folder / "whole.gz");
  BOOST_TEST(read_text(folder / "whole.gz") == some_text(2000));
  const fs::path cut = write(folder / "cut.gz", packed.substr(0, packed.size() / 2));
  const std::string found = message(cut);
  BOOST_TEST(found == "cannot read " + cut.string() + ": unexpected end of file");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::language_model
