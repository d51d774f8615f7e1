// SPDX-License-Identifier: MIT
//
// HttpResponder: a web server for tests, on the test's own loop: what it answers to a path is set beforehand, byte for
// byte, so that it can also answer what no decent server would.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>

namespace hearsay {

class HttpResponder {
 public:
  explicit HttpResponder(asio::io_context& io)
      : acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
    Accept();
  }

  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
  }
  void SetRaw(const std::string& path, std::string answer) { answers_[path] = std::move(answer); }
  void SetBody(const std::string& path, const std::string& body) {
    SetRaw(path, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  void SetStatus(const std::string& path, const std::string& status, const std::string& headers = {}) {
    SetRaw(path, "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n");
  }
  void SetRedirect(const std::string& path, const std::string& to) {
    SetStatus(path, "302 Found", "Location: " + to + "\r\n");
  }
  // The head, then this chunk for ever.
  void SetEndless(const std::string& path, std::string head, std::string chunk) {
    SetRaw(path, std::move(head));
    endless_[path] = std::move(chunk);
  }
  void SetSilent(const std::string& path) { SetRaw(path, ""); }
  int requests() const { return requests_; }

 private:
  struct Connection {
    explicit Connection(asio::ip::tcp::socket s) : socket(std::move(s)) {}
    asio::ip::tcp::socket socket;
    std::string request;
  };

  void Accept() {
    acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
      if (error) return;
      Serve(std::make_shared<Connection>(std::move(socket)));
      Accept();
    });
  }

  void Serve(const std::shared_ptr<Connection>& connection) {
    asio::async_read_until(connection->socket, asio::dynamic_buffer(connection->request), "\r\n\r\n",
                           [this, connection](const asio::error_code& error, std::size_t) {
                             if (error) return;
                             ++requests_;
                             const auto begin = connection->request.find(' ') + 1;
                             const auto end = connection->request.find(' ', begin);
                             Answer(connection, connection->request.substr(begin, end - begin));
                           });
  }

  void Answer(const std::shared_ptr<Connection>& connection, const std::string& path) {
    const auto found = answers_.find(path);
    if (found == answers_.end()) SetStatus(path, "404 Not Found");
    const std::string& answer = answers_[path];
    if (answer.empty()) {
      silent_.push_back(connection);  // held open
      return;
    }
    asio::async_write(connection->socket, asio::buffer(answer),
                      [this, connection, path](const asio::error_code& error, std::size_t) {
                        if (!error && endless_.contains(path)) Continue(connection, path);
                      });
  }

  void Continue(const std::shared_ptr<Connection>& connection, const std::string& path) {
    asio::async_write(connection->socket, asio::buffer(endless_[path]),
                      [this, connection, path](const asio::error_code& error, std::size_t) {
                        if (!error) Continue(connection, path);
                      });
  }

  asio::ip::tcp::acceptor acceptor_;
  std::map<std::string, std::string> answers_;
  std::map<std::string, std::string> endless_;
  std::vector<std::shared_ptr<Connection>> silent_;
  int requests_ = 0;
};

}  // namespace hearsay
