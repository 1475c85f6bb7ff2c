// Parameters: edited in place under a tape, never under a copy that somebody kept.
#include <string>

#include <boost/test/unit_test.hpp>

#include "engram/engram.hpp"

namespace engram::testing {

BOOST_AUTO_TEST_SUITE(param)

BOOST_AUTO_TEST_CASE(a_kept_copy_stays_as_it_was) {
  Param<float> w(Array<float>({2}, {1, 2}));
  Tape<float> tape;
  const Var<float> read = tape.read(w);
  const Array<float> kept = w.value(), of_tape = read.value(),
                     of_view = slice(read, 0, 1, 2).value();
  w.edit()[1] = 5;
  BOOST_TEST(w.value()[1] == 5);
  BOOST_TEST(kept[1] == 2);
  BOOST_TEST(of_tape[1] == 2);
  BOOST_TEST(of_view[0] == 2);
}

BOOST_AUTO_TEST_CASE(a_tape_does_not_make_an_edit_copy) {
  Param<float> w(Array<float>({2}, {1, 2}));
  const float* before = w.value().data();
  Tape<float> tape;
  const Var<float> row = slice(tape.read(w), 0, 0, 1);
  w.edit()[0] = 7;
  BOOST_TEST(w.value().data() == before);
  BOOST_TEST(row.item() == 7);  // a tape sees the edit, and so refuses to run backward
  BOOST_CHECK_EXCEPTION(tape.backward(row), Error, [](const Error& error) {
    return std::string(error.what()).find("was changed after the tape read it") !=
           std::string::npos;
  });
  // Read again, it is another value.
  BOOST_TEST(tape.backward(sum(tape.read(w) * 2))[w][0] == 2);
}

BOOST_AUTO_TEST_CASE(copies_are_parameters_of_their_own) {
  Param<double> a(Array<double>({1}, {1}));
  Param<double> b = a;
  b.edit()[0] = 2;
  BOOST_TEST(a.value()[0] == 1);
  BOOST_TEST(!(a == b));
  const ParamRef<double> reference = a;
  Param<double> moved = std::move(a);
  moved.edit()[0] = 3;
  BOOST_TEST(reference.value()[0] == 3);
}

BOOST_AUTO_TEST_CASE(a_value_of_another_shape_is_refused) {
  Param<double> a(Array<double>({2}, {1, 2}));
  BOOST_CHECK_THROW(a.assign(Array<double>({3})), Error);
  const Array<double> given({2}, {5, 6});
  a.assign(given);
  a.edit()[0] = 9;
  BOOST_TEST(given[0] == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace engram::testing
